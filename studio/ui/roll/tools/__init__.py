"""Tools and gestures, one file each. A tool says what a press begins; a gesture ends with its release, as one undo step."""
