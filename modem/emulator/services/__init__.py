"""What the equipment does with the network for its host: messages, calls and USSD."""
