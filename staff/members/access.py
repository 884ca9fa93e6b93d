"""Who may do what on the screens about members of staff."""

MANAGE = "staff.manage_members"
