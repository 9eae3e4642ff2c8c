"""The front desk: everything that api and cli may ask for."""
