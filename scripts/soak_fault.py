"""What a fault is: a function of feeds that move (soak_feeds.py)."""

FAULTS = {}


class Fault:
    """``via``: the listener that clients take. ``again``: may be repeated on the same feeds. ``sinks``: their names.
    ``settings``: arguments of each, with its name for {sink}. ``more``: settings of the loop's consumer.
    ``small_disk``: one node's data is on a disk that can be filled."""

    def __init__(self, run, via="PLAINTEXT", again=True, sinks=("one", "two"), settings=(), more={}, small_disk=False):
        self.run, self.via, self.again, self.sinks = run, via, again, sinks
        self.settings, self.more, self.small_disk = settings, more, small_disk


def fault(**given):
    def keep(run):
        FAULTS[run.__name__.replace("_", "-")] = Fault(run, **given)
        return run
    return keep
