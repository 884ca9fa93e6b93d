"""What is added to the project that ``wagtail start`` makes, to have a page worth comparing.

A page with sixteen blocks, three pictures in three sizes and two links to other pages, in a site
with three languages: written the way Wagtail's own documentation teaches, and nothing tuned.
"""
