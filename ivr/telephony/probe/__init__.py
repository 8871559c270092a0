"""The probe of ``ivr doctor``: looks at Asterisk through its manager, knocks at the AGI port, changes nothing."""
