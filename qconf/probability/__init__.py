"""How likely each error is: probabilities and intervals from residuals in expected errors."""
