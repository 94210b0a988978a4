"""What is drawn: how each layer looks, and the interactive map that opens with no network."""
