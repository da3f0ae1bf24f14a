"""What is wrong with a workspace, and the schemas by which an editor sees it too."""
