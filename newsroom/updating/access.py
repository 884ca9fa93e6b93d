"""Who may do what with updates by mail."""

SEE = "newsroom.view_campaignupdate"
WRITE = "newsroom.add_campaignupdate"
CHANGE = "newsroom.change_campaignupdate"
SEND = "newsroom.send_campaignupdate"
