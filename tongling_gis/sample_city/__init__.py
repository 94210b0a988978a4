"""The sample city: an invented city on Tongling's frame, the same from the same seed.

Nothing in it is real but the totals it is made to meet: 450,949 residents in 188,682
households, 60 neighbourhood centres of 45,000 m2, and the other published figures.

>>> from tongling_gis.sample_city import invent_city
>>> city = invent_city()
>>> int(city.layers["buildings"]["residents"].sum())
450949
"""

from tongling_gis.sample_city.city import SEED, SampleCity, invent_city
from tongling_gis.sample_city.files import write_city

__all__ = ["SEED", "SampleCity", "invent_city", "write_city"]
