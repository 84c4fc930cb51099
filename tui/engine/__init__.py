"""The engine carried along (extra `local`): image in, lines and words out, with no network and no key."""
