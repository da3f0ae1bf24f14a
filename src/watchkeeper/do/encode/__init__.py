"""From the arguments of a call to what policy sees: checked, typed, exact or refused."""
