"""The plan of failing_calls.so: which calls of a program fail. Its layout is failing_calls.h's."""
import mmap
import struct

CLASSES = {'memory': 1, 'sql': 2, 'write': 4, 'sync': 8, 'open': 16, 'name': 32, 'read': 64, 'process': 128}
NAME = 32
FRAMES = 40
PLACES = 65536
CALLS = 1 << 24
HEAD = struct.Struct('<32sIIIiQQQQQQQ')  # up to and with failed_place
CALL_AT = HEAD.size
FRAMES_AT = CALL_AT + NAME
CRASH_AT = FRAMES_AT + FRAMES * 2 * NAME
KEPT_AT = CRASH_AT + FRAMES * 2 * NAME
KEPT_COUNT_AT = KEPT_AT + FRAMES * 2 * NAME
PLACES_AT = KEPT_COUNT_AT + 8
CALLS_AT = PLACES_AT + PLACES * 16
SIZE = CALLS_AT + CALLS * 4


class Plan:
    """One file, mapped here and by each process of the program that is tried."""

    def __init__(self, path):
        self.path = path
        with open(path, 'w+b') as file:
            file.truncate(SIZE)
            self.map = mmap.mmap(file.fileno(), SIZE)
        self.used = 0

    def set(self, program, classes, error=0, *, at=0, place=0, turn=0, for_good=False, keeps_places=False):
        """`classes` is a word of CLASSES, or several."""
        bits = sum(CLASSES[name] for name in classes.split())
        if self.used:  # the table of a count is not needed any more
            self.map[PLACES_AT:CALLS_AT] = bytes(CALLS_AT - PLACES_AT)
            self.map[CALLS_AT:CALLS_AT + 4 * self.used] = bytes(4 * self.used)
        self.used = 0
        self.map[:PLACES_AT] = HEAD.pack(program.encode(), bits, for_good, keeps_places, error, at, place, turn,
                                         0, 0, 0, 0).ljust(PLACES_AT, b'\0')

    def off(self):
        self.set('', '')

    def counted(self):
        return HEAD.unpack_from(self.map)[8]

    def failed(self):
        """How many calls failed, and the place of the first."""
        head = HEAD.unpack_from(self.map)
        return head[10], head[11]

    def failed_call(self):
        return self.map[CALL_AT:FRAMES_AT].rstrip(b'\0').decode()

    def frames(self, start=FRAMES_AT):
        """Of the first call that failed, innermost first: (object, offset)."""
        found = []
        for at in range(start, start + FRAMES * 2 * NAME, 2 * NAME):
            text = self.map[at:at + 2 * NAME].split(b'\0')[0].decode()
            if text:
                name, _, offset = text.rpartition('+')
                found.append((name, int(offset, 16)))
        return found

    def crash_frames(self):
        """Where a signal ended it."""
        return self.frames(CRASH_AT)

    def kept_blocks(self):
        """Blocks that its own code asked for and that were there at its end: {offset: how many}, of 40 at most."""
        offsets = [offset for _, offset in self.frames(KEPT_AT)]
        return {offset: offsets.count(offset) for offset in offsets}

    def calls_by_place(self):
        """Of a count: {place: [numbers of its calls]}, in the order of the first calls."""
        count = min(self.counted(), CALLS)
        self.used = count
        slots = struct.unpack_from(f'<{count}I', self.map, CALLS_AT)
        numbers = {}
        for number, slot in enumerate(slots, 1):
            numbers.setdefault(slot, []).append(number)
        return {struct.unpack_from('<Q', self.map, PLACES_AT + 16 * slot)[0]: calls for slot, calls in numbers.items()}
