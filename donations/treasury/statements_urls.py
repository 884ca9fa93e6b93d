"""Addresses of the treasurer's screens: statements."""

from django.urls import path

from donations.treasury import statements

urlpatterns = [
    path("statements/", statements.index, name="statements"),
    path("statements/upload/", statements.upload, name="upload_statements"),
    path("statements/<int:file_id>/", statements.statement_file, name="statement_file"),
    path("statements/<int:file_id>/progress/", statements.progress, name="statement_progress"),
    path("statements/<int:file_id>/book/", statements.book, name="book_statement"),
    path("statements/<int:file_id>/accept/", statements.accept, name="accept_statement"),
    path("statements/<int:file_id>/columns/", statements.columns, name="statement_columns"),
]
