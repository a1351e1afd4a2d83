from launchpad.clock import TrackedClock, boot_seconds


def test_a_tracked_clock_carries_the_answer_on_and_asks_only_once_in_a_while() -> None:
    asked: list[float] = []

    def store() -> int:
        asked.append(boot_seconds())
        return 5_000_000_000_000

    clock = TrackedClock(store)
    before = boot_seconds()
    readings = [clock() for _ in range(1000)]
    passed = round((boot_seconds() - asked[0]) * 1_000_000)
    clock.track()
    assert len(asked) == 1
    assert before >= asked[0]
    assert readings == sorted(readings)
    assert 5_000_000_000_000 <= readings[-1] <= 5_000_000_000_000 + passed + 1_000
