"""Where messages are durable: the contract (`backend`) and the databases that keep it (`backends`)."""
