"""The pure core: no clock, no random source, no input or output, no log."""
