"""What bnsim teaches with, and holds itself to: experiments with claims that are measured by running them."""
