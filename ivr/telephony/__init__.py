"""Telephony: everything that speaks to Asterisk (AGI, AMI, and the probe of `ivr doctor`)."""
