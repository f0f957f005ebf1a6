"""From read documents made elsewhere to signed reads of a study."""
