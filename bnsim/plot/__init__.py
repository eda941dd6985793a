"""What a figure is: data without a drawing. `writers` turn it into files."""
