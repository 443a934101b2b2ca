"""The second corpus: flowers that code draws, of species that attributes define."""
