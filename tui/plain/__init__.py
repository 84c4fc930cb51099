"""The review without a screen: one line of the document at a time, in sentences, for screen readers and braille.

    sitting     what is under review, and what a person does about it: nothing is printed there
    suggesting  what a doubtful word may be, asked aside
    sentences   how it is said
    talk        commands, each said back in a word to the person who sits there
    keyboard, field    one key at a time in a terminal, which is left as it was found
    scripted    commands line by line, where there is no such terminal
    review      the conversation from its beginning to its end

Nothing here draws, or moves the cursor out of the row it stands in.
"""
