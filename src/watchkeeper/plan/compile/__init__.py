"""From a workspace to the plan that the runtime enforces."""
