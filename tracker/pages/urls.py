"""Addresses of the public pages. Names are stable: ``core.public`` writes them into the record's JSON."""

from __future__ import annotations

from django.urls import path

from tracker.pages import views

app_name = "pages"

urlpatterns = [
    path("", views.timeline, name="timeline"),
    path("events/", views.events, name="events"),
    path("events/<slug:slug>/", views.event, name="event"),
    path("events/<slug:slug>/silence/", views.silence, name="silence"),
    path("companies/", views.companies, name="companies"),
    path("companies/<slug:slug>/", views.company, name="company"),
    path("people/", views.people, name="people"),
    path("people/<slug:slug>/", views.person, name="person"),
    path("sectors/", views.sectors, name="sectors"),
    path("sectors/<slug:key>/", views.sector, name="sector"),
    path("outlets/<slug:slug>/", views.outlet, name="outlet"),
    path("statements/<str:public_id>/", views.statement, name="statement"),
    path("inquiries/<str:public_id>/", views.inquiry, name="inquiry"),
    path("reports/<str:public_id>/", views.report, name="report"),
    path("corrections/", views.corrections, name="corrections"),
    path("methodology/", views.methodology, name="methodology"),
    path("about/", views.about, name="about"),
    path("search/", views.search, name="search"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
]
