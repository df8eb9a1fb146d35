"""How files become pictures: FFmpeg through PyAV, kept behind ``posterframe/video.py``."""
