"""Who acts in the demo home: parts, never names."""

OWNER = "DEMO procesejer"  # sets estimates
HEAD = "DEMO afdelingsleder"  # signs and approves
ADMINISTRATOR = "DEMO administrator"
FINANCE = "DEMO økonomikonsulent"
MEASURER = "DEMO kvalitetskonsulent"  # measures indicators
LAWYER = "DEMO jurist"
DEVELOPER = "DEMO udvikler"  # says how easy an idea is
