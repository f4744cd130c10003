"""Find code that prints, logs or otherwise gives a secret away (OKX301 to OKX309)."""
