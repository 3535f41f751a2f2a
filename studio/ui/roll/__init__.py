"""The piano roll and what shares its time axis: one viewport, painted layers, one file a gesture.

Pixels exist only in :mod:`studio.ui.roll.viewport`; what is edited and selected only in :mod:`studio.ui.roll.state`.
"""
