"""`handread serve`: the carried engine on a port, where scripts written for the cloud's services find it.

What those services say stands in tui.engine.service. Here is what a port needs beside: an address, a key, images
fetched from allowed hosts, a log, and an end that lets the document being read be finished.
"""
