"""The page: what a session did with schemas, as one HTML file for people to look at."""
