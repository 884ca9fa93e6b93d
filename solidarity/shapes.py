"""The proportions that the style sheet reserves room for.

A picture's own proportion cannot be written into the page (no style attributes), so each picture
takes the nearest of these, and loses 4 % of a side at most.
"""

# Width in percent of the height: those of cameras (9:16, 2:3, 3:4, 4:5 and their opposites), and
# steps of 6 % between them. Each has its rule in static/css/components/wall.css.
SHAPES = (
    *(40, 43, 46, 50, 53, 56, 60, 63, 67, 71, 75, 80, 85, 90, 95),
    *(100, 105, 111, 118, 125, 133, 141, 150, 159, 168, 178, 189, 200, 215, 230, 250),
)


def nearest_shape(width: int, height: int) -> int:
    """Return which of SHAPES a picture comes closest to, in proportion."""
    ratio = 100 * width / height
    return min(SHAPES, key=lambda shape: max(shape / ratio, ratio / shape))
