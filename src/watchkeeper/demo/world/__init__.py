"""What the demonstration runs on: its folder, its processes, its agent, its workspace."""
