"""The comparison of two schemas of Avro, by its own rules of schema resolution."""
