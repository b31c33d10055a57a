"""What lessons compare with: a network whose gradients are worked out on paper.
Read `by_hand.py` next.
"""
