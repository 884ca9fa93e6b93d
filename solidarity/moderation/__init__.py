"""The staff screens of photos: the queue, decisions, edits, reports, look-alikes, mail entry."""
