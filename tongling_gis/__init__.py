"""GIS planning and facility coverage for community planners (社区规划师)."""

__version__ = "0.1.0"
