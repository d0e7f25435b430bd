"""The heartbeat: the clock asks a worker to write the time in the cache; its age tells of beat, broker and worker."""

import time

from django.core.cache import cache

CLE = "erp:battement"
PERIODE = 30  # seconds
# Missed beats are forgiven up to this age: a worker may be at the longest of its sends.
AGE_MAX = 150  # seconds


def battre() -> None:
    """Write that a worker is alive now."""
    cache.set(CLE, time.time(), timeout=24 * 3600)


def age() -> float | None:
    """Seconds since the last beat; None when there was none for a day. Raises redis.RedisError without the cache."""
    dernier: float | None = cache.get(CLE)
    return None if dernier is None else max(0.0, time.time() - dernier)
