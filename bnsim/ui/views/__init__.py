"""Views explain one thing of the present moment: each looks through lenses and draws the answers."""
