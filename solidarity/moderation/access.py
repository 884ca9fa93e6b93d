"""Who may look at photos that are not public, and decide on them."""

MODERATE = "solidarity.moderate_photo"
