"""ivr-rating: asks callers to rate each call, and turns the presses into fair figures about agents."""
