"""The numbers: instruction set, lowering (stack -> program), the machine that runs it. No Qt, no files."""
