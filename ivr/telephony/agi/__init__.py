"""FastAGI: Asterisk connects to us, names a call, and carries out the commands that we send."""
