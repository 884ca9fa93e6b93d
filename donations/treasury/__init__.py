"""The treasurer's screens: statements, matching, gifts, rewards, accounts and reports."""
