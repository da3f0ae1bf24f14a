"""The one place that names all four stages: it takes the ports and turns the wheel."""
