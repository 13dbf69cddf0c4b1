"""How a timeline speaks of times and files."""

from shifty.dispatch.timeline_model import Piece


def span(ms: float) -> str:
    """``85 ms``, ``4.2 s``, ``3 min 20 s``, ``1 h 04 min``."""
    if ms < 1000:
        return f"{ms:.0f} ms"
    if ms < 59_950:
        return f"{ms / 1000:.1f} s"
    minutes, seconds = divmod(round(ms / 1000), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {seconds:02} s"


def name_of(piece: Piece) -> str:
    """The file, and of several Playwright projects, which."""
    return f"{piece.file} [{piece.project_name}]" if piece.project_name else piece.file
