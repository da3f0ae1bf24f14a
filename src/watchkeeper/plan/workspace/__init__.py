"""The workspace: the management system as files, read and checked one by one."""
