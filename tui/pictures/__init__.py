"""Pictures of pages in a terminal: opening image files, cutting out crops, drawing ink in cells."""
