"""How far things keep from one another, in pixels, and how far a line may run, in ranks."""

BESIDE = 24  # between two boxes of a rank
LANE = 14  # between two lanes
PASSING = 18  # between a lane and a box
BELOW = 28  # between two ranks, at least
TRACK = 10  # between two horizontal lines
BEND = 14  # between a horizontal line and the boxes above and below: room for round corners
CLEAR = 10  # between two lines that end on one track
PADDING = 18  # between a frame and its content
MARGIN = 20  # around the whole picture

CHIP_WIDTH = 110  # a chip is as wide as the box that it stands for, but not wider than this
CHIP_HEIGHT = 20

REACH = 60  # ranks that a line may cross before nobody can follow it
LANES_PER_ITEM = 4  # how many places in lanes a level may spend, for each of its items
