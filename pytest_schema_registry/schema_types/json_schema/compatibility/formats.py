"""Texts that the formats of JSON Schema accept (validation, section 7.3)."""

EXAMPLES: dict[str, tuple[str, ...]] = {
    "date-time": ("2024-02-29T12:00:00Z", "1999-12-31T23:59:59.5+02:00"),
    "date": ("2024-02-29",),
    "time": ("12:00:00Z", "23:59:59+01:00"),
    "duration": ("P1D", "PT1H30M"),
    "email": ("a@example.com",),
    "idn-email": ("a@example.com", "ä@example.com"),
    "hostname": ("example.com", "localhost"),
    "idn-hostname": ("example.com",),
    "ipv4": ("192.0.2.1",),
    "ipv6": ("2001:db8::1", "::1"),
    "uri": ("https://example.com/a", "urn:a:b"),
    "uri-reference": ("/a", "https://example.com/a", ""),
    "iri": ("https://example.com/ä",),
    "iri-reference": ("/ä", ""),
    "uri-template": ("/a/{b}", ""),
    "uuid": ("123e4567-e89b-12d3-a456-426614174000",),
    "json-pointer": ("/a", ""),
    "relative-json-pointer": ("0/a", "1"),
    "regex": ("^a$", ""),
}
