"""An agent's action, from its arrival to its answer: decided, recorded, released, recorded."""
