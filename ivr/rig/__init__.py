"""The rig: a private Asterisk with SIPp callers and agents and RTP handsets, for the demo and the tests."""
