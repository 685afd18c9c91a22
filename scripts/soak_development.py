"""Faults again and again, against a development server of its own: soak_development.py list | SECONDS [FAULT...].
Ends with 1 if a frame was lost or came out of order, or a position is wrong. The fault book (soak.py) has more, and
Apache Kafka."""

import sys

from soak_development_faults import FAULTS

COLUMNS = "sent answered lost twice unordered behind".split()


def main():
    if sys.argv[1:] == ["list"]:
        return print("\n".join(FAULTS))
    seconds = int(sys.argv[1])
    wanted = sys.argv[2:] or list(FAULTS)
    width = max(map(len, wanted))
    print("fault".ljust(width), "times", *(name.rjust(9) for name in COLUMNS), "  recovered in", flush=True)
    lost = 0
    for name in wanted:
        feeds, counts, worst, rounds = FAULTS[name](seconds)
        feeds.close()
        if name == wanted[0]:
            print(f"broker: {feeds.broker.name}", flush=True)
        print(name.ljust(width), f"{rounds:5}", *(str(counts[c]).rjust(9) for c in COLUMNS), f"  {worst:8.2f} s",
              flush=True)
        print(*(f"    {note}\n" for note in feeds.notes), sep="", end="", flush=True)
        lost += any(counts[c] for c in ("lost", "unordered", "behind"))
    print("behind: records between the group's positions and the ends of the partitions, by the broker's answer")
    print("recovered in: worst time from the start of what was gone (process or broker) until answers came again")
    sys.exit(1 if lost else 0)


main()
